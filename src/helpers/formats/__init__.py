"""How a report leaves: HTML, PDF, DOCX, XLSX, each made from the blocks or the results, none from another."""
