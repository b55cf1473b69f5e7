-- Grain: label name, over all videos.
-- Answers: which labels are on screen longest, and for which part of the videos that were asked for them?
SELECT
    name,
    videos,
    ROUND(screen_time_millis / 1000, 3) AS screen_time_seconds,
    ROUND(percent_of_videos, 2) AS percent_of_videos
FROM label_share_of_videos
ORDER BY screen_time_seconds DESC, name ASC
LIMIT 10
