"""The parts of the comparison of two builds: what is asked, how it is sent, how answers are masked and compared."""
