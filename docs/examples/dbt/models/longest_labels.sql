-- Grain: label name, over all videos.
SELECT
    name,
    COUNT(*) AS videos,
    SUM(screen_time_millis) / 1000 AS screen_time_seconds
FROM {{ source('rekognition', 'label_screen_time') }}
GROUP BY name
ORDER BY screen_time_seconds DESC
