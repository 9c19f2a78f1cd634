"""Building blocks for the tests of the running program: processes, databases, HTTP clients. There are no tests here."""
