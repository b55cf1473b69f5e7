-- Answers: what is each video about, by category?
SELECT
    job.video_s3_object_name,
    category.name AS category,
    COUNT(*) AS sightings
FROM label_categories AS category
INNER JOIN latest_label_detection_jobs AS job
    ON category.job_id = job.job_id AND category.aggregate_by = job.aggregate_by
GROUP BY job.job_id, job.video_s3_object_name, category.name
ORDER BY job.video_s3_object_name ASC, sightings DESC, category ASC
