-- Grain: label name, over all videos (TIMESTAMPS results).
-- Answers: which labels are on screen longest?
SELECT
    name,
    COUNT(DISTINCT job_id) AS videos,
    ROUND(SUM(screen_time_millis) / 1000, 3) AS screen_time_seconds,
    ROUND(100 * AVG(share_of_video), 1) AS percent_of_video
FROM label_screen_time
WHERE aggregate_by = 'TIMESTAMPS'
GROUP BY name
ORDER BY screen_time_seconds DESC NULLS LAST, name ASC
LIMIT 10
