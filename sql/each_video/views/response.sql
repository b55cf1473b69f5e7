-- Grain: one row per result of $operation: job_id, aggregate_by.
-- Keys: job_id, aggregate_by.
-- Answers: what did $get say? Its pages joined to one response as JSON, rebuilt from the
--   tables: every member with its value, every list in its order. Members that were absent, null or an
--   empty list are left out, and so is NextToken. For checking that nothing is lost, not for analysis:
--   ask for one job_id at a time. Without one every response there is is rebuilt at once, in as much memory
--   as they are long; for an export of everything read the tables or their Parquet files.
-- Column response: The response as JSON.
$response
