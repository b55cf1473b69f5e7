-- Grain: one row per label with boxes and sampled frame.
-- Keys: job_id, aggregate_by, name, timestamp.
-- Holds: how many boxes of a label are in each frame of a TIMESTAMPS result.
SELECT
    label.job_id,
    label.aggregate_by,
    label.name,
    label.timestamp,
    COUNT(*) AS objects,
    MAX(box.confidence) AS max_confidence
FROM labels AS label
INNER JOIN label_instances AS box
    ON
        label.job_id = box.job_id
        AND label.aggregate_by = box.aggregate_by
        AND label.label_index = box.label_index
WHERE label.aggregate_by = 'TIMESTAMPS'
GROUP BY label.job_id, label.aggregate_by, label.name, label.timestamp
