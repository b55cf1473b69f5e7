-- Answers: which labels is the model surest of, and when in the video?
SELECT
    job_id,
    name,
    timestamp,
    confidence
FROM labels
WHERE aggregate_by = 'TIMESTAMPS'
ORDER BY confidence DESC, job_id ASC, label_index ASC
LIMIT 10
