-- Answers: under which parents do the labels of all videos fall, and how many of each?
SELECT
    parent.name AS parent,
    COUNT(*) AS sightings,
    COUNT(DISTINCT parent.job_id) AS videos
FROM label_parents AS parent
INNER JOIN latest_label_detection_jobs AS job
    ON parent.job_id = job.job_id AND parent.aggregate_by = job.aggregate_by
GROUP BY parent.name
ORDER BY sightings DESC, parent ASC
