-- Answers: which words are seen how often?
-- Grain: word.
-- Column word: What is written.
-- Column corners: Corners of all of them.
SELECT
    text.detected_text AS word,
    COUNT(*) AS corners
FROM text_detections AS text
INNER JOIN text_detection_polygon_points AS corner
    ON text.job_id = corner.job_id AND text.text_index = corner.text_index
GROUP BY text.detected_text
