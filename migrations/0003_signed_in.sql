-- What every server on this database must know of sign-in from one minute to the next. It is no record and no entry of the audit, and no
-- backup holds it.

-- When a session was used last, written at most once a minute.
CREATE TABLE session_use (
    session TEXT NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    used_at TEXT NOT NULL
);

-- Guesses that were not right, by a keyed hash of account and network.
CREATE TABLE guess (
    id TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX guess_at ON guess (at);
