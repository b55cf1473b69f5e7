-- Answers: what was put aside, and what does it look like?
SELECT
    job_id,
    file,
    line_number,
    label_index,
    reason,
    OCTET_LENGTH(record) AS bytes
FROM quarantined_records
ORDER BY job_id ASC, file ASC, line_number ASC, label_index ASC NULLS FIRST
