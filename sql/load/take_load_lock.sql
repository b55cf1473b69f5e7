-- First statement of every load: of two at once the second one fails here, and tries again.
-- Gives the load a name of its own, by which a published copy is known to be current.
UPDATE internal.load_lock SET load_id = CAST(UUID() AS VARCHAR)
