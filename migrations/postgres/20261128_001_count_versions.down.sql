ALTER TABLE refusals DROP CONSTRAINT refusals_version_is_the_given_one;
DROP TRIGGER gatehouse_count_version ON users;
DROP FUNCTION gatehouse_count_version();
