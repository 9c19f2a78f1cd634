"""What ./dev bench measures: functions from options and a folder to rows of the table."""
