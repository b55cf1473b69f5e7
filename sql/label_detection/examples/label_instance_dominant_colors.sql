-- Answers: which colours do the things of each name have?
SELECT
    label.name,
    color.simplified_color,
    COUNT(*) AS instances,
    ROUND(AVG(color.pixel_percent), 1) AS pixel_percent
FROM label_instance_dominant_colors AS color
INNER JOIN latest_labels AS label
    ON
        color.job_id = label.job_id
        AND color.aggregate_by = label.aggregate_by
        AND color.label_index = label.label_index
GROUP BY label.name, color.simplified_color
ORDER BY instances DESC, label.name ASC, color.simplified_color ASC
