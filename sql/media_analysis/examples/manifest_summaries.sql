-- Answers: did the service use every line of its input?
SELECT
    job_id,
    statistics_total_json_lines AS lines,
    statistics_valid_json_lines AS analysed,
    statistics_invalid_json_lines AS refused
FROM manifest_summaries
ORDER BY refused DESC, job_id ASC
