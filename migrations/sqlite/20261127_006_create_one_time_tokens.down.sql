DROP TABLE one_time_redemptions;
DROP TABLE one_time_tokens;
