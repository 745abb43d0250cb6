"""What stands in place of a value from a personal column, wherever one is shown."""

MASKED = "（个人信息）"
