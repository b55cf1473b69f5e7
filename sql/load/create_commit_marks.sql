-- Grain: commit. What a load has read of it: the file's ETag, or time, size and inode on a local disk.
CREATE TABLE IF NOT EXISTS internal.commit_marks (
    operation VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    mark VARCHAR NOT NULL
)
