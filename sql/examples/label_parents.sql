-- Answers: under which parents do the labels of all videos fall, and how many of each?
SELECT
    name AS parent,
    COUNT(*) AS sightings,
    COUNT(DISTINCT job_id) AS videos
FROM label_parents
GROUP BY name
ORDER BY sightings DESC, parent ASC
