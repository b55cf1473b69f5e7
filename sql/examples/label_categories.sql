-- Answers: what is each video about, by category?
SELECT
    job_id,
    name AS category,
    COUNT(*) AS sightings
FROM label_categories
GROUP BY job_id, name
ORDER BY job_id ASC, sightings DESC, category ASC
