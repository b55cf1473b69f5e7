-- Grain: one row per stretch without a break in which a label is on screen.
-- Keys: job_id, aggregate_by, name, start_timestamp_millis.
-- Holds: stretches made from the timestamps of TIMESTAMPS results. Reads label_detection_samples, computed before.
WITH sightings AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        label.name,
        label.confidence,
        label.timestamp,
        label.timestamp + sample.sample_millis AS end_timestamp_millis,
        -- the same for all sightings of a label in samples that follow each other
        sample.sample_number
        - DENSE_RANK() OVER (PARTITION BY label.job_id, label.name ORDER BY label.timestamp) AS stretch
    FROM labels AS label
    INNER JOIN label_detection_samples AS sample
        ON label.job_id = sample.job_id AND label.timestamp = sample.timestamp
    WHERE label.aggregate_by = 'TIMESTAMPS'
)

SELECT
    job_id,
    aggregate_by,
    name,
    MIN(timestamp) AS start_timestamp_millis,
    MAX(end_timestamp_millis) AS end_timestamp_millis,
    MAX(end_timestamp_millis) - MIN(timestamp) AS duration_millis,
    COUNT(DISTINCT timestamp) AS sightings,
    MAX(confidence) AS max_confidence,
    -- whole numbers of 2^-50 percent, which hold a confidence as it is: a sum of doubles would differ in its
    -- last digits with the order of the rows, from one load to another
    SUM(CAST(confidence * POWER(2, 50) AS BIGINT)) / COUNT(confidence) / POWER(2, 50) AS mean_confidence
FROM sightings
GROUP BY job_id, aggregate_by, name, stretch
