"""The report: narrative, figures, HTML, PDF, DOCX, XLSX, all made from results.json."""
