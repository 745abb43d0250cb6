"""Why a target was missed, what would have helped, and what became of last year's plan."""
