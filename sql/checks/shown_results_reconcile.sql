-- Grain: result of the ledger that is shown although it does not reconcile and nobody accepted it.
-- Finds: a loader that forgot to hold a result back.
SELECT
    operation,
    job_id,
    aggregate_by,
    'it does not reconcile: ' || COALESCE(reason, 'no reason is given') AS problem
FROM loads
WHERE NOT held_back AND NOT reconciled AND accepted_reason IS NULL
