"""What the tests of the running program stand on: processes, databases, HTTP clients. No test lives here."""
