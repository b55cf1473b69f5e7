-- Grain: job that is known and has no result here, as its record said at the last load.
-- The view job_status shows it beside those of the ledger. mark: which writing of the record was read.
CREATE TABLE internal.unlanded_jobs (
    operation VARCHAR NOT NULL,
    job_id VARCHAR NOT NULL,
    mark VARCHAR NOT NULL,
    found_by VARCHAR,
    account VARCHAR,
    region VARCHAR,
    status VARCHAR,
    input_s3_object_bucket VARCHAR,
    input_s3_object_name VARCHAR,
    input_s3_object_version VARCHAR,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    given_up VARCHAR
)
