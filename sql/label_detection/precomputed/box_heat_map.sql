-- Grain: one row per label name of a video and cell of a grid of 32 columns and 18 rows over the frame.
-- Keys: job_id, aggregate_by, name, grid_column (0 to 31), grid_row (0 to 17).
-- Holds: how many boxes of a TIMESTAMPS result have their middle in the cell.
SELECT
    label.job_id,
    label.aggregate_by,
    label.name,
    CAST(
        LEAST(GREATEST(FLOOR((box.bounding_box_left + box.bounding_box_width / 2) * 32), 0), 31) AS INTEGER
    ) AS grid_column,
    CAST(
        LEAST(GREATEST(FLOOR((box.bounding_box_top + box.bounding_box_height / 2) * 18), 0), 17) AS INTEGER
    ) AS grid_row,
    COUNT(*) AS boxes
FROM labels AS label
INNER JOIN label_instances AS box
    ON
        label.job_id = box.job_id
        AND label.aggregate_by = box.aggregate_by
        AND label.label_index = box.label_index
WHERE
    label.aggregate_by = 'TIMESTAMPS'
    AND box.bounding_box_left + box.bounding_box_width IS NOT NULL
    AND box.bounding_box_top + box.bounding_box_height IS NOT NULL
GROUP BY label.job_id, label.aggregate_by, label.name, grid_column, grid_row
