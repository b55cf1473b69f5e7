-- Grain: rows of box_heat_map, and 32 of zero boxes for each label name of a video: add up the boxes.
-- Keys: none; job_id, name, grid_column, grid_row once the boxes are added up.
-- Answers: the same as box_heat_map, for charts that leave out a column or row without boxes and would
--   so show a frame of the wrong shape: the zeros stand in every column and every row of the grid.
-- Column grid_column: Column of the grid, 0 (left) to 31.
-- Column grid_row: Row of the grid, 0 (top) to 17.
-- Column boxes: Boxes whose middle lies in this cell; 0 in the rows that hold the frame.
WITH names AS (
    SELECT DISTINCT
        job_id,
        video_s3_object_bucket,
        video_s3_object_name,
        name
    FROM box_heat_map
),

cells AS (
    SELECT UNNEST(RANGE(32)) AS cell
)

SELECT
    job_id,
    video_s3_object_bucket,
    video_s3_object_name,
    name,
    grid_column,
    grid_row,
    boxes
FROM box_heat_map
UNION ALL
SELECT
    names.job_id,
    names.video_s3_object_bucket,
    names.video_s3_object_name,
    names.name,
    CAST(cells.cell AS INTEGER) AS grid_column,
    CAST(cells.cell % 18 AS INTEGER) AS grid_row,
    0 AS boxes
FROM names
CROSS JOIN cells
