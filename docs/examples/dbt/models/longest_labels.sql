-- Grain: label name, over all videos (TIMESTAMPS results).
SELECT
    name,
    COUNT(DISTINCT job_id) AS videos,
    SUM(screen_time_millis) / 1000 AS screen_time_seconds
FROM {{ source('rekognition', 'label_screen_time') }}
WHERE aggregate_by = 'TIMESTAMPS'
GROUP BY name
ORDER BY screen_time_seconds DESC
