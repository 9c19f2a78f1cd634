DROP TABLE dongles;
