-- Answers: how many of each thing are in the frame at once, at most?
WITH counts AS (
    SELECT
        label.job_id,
        label.name,
        label.timestamp,
        COUNT(*) AS boxes
    FROM label_instances AS instance
    INNER JOIN labels AS label
        ON
            instance.job_id = label.job_id
            AND instance.aggregate_by = label.aggregate_by
            AND instance.label_index = label.label_index
    GROUP BY label.job_id, label.name, label.timestamp
)

SELECT
    job_id,
    name,
    MAX(boxes) AS most_at_once
FROM counts
GROUP BY job_id, name
ORDER BY most_at_once DESC, job_id ASC, name ASC
