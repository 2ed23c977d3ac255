-- The desk's records. One text for SQLite and PostgreSQL: BIGINT, TEXT and BYTEA alone; times are ISO 8601 in UTC, days YYYY-MM-DD.
-- Forward only: a later file adds, and never changes or drops what an older program reads.

-- Keys, each wrapped by the one above: root (outside the database) → practice → patient, index, signing.
CREATE TABLE seal_key (
    id TEXT NOT NULL PRIMARY KEY,
    -- practice, patient, index or signing
    kind TEXT NOT NULL,
    -- the patient
    owner TEXT UNIQUE,
    wrapped_by TEXT NOT NULL,
    -- none: shredded, and what it sealed is gone for good
    wrapped BYTEA,
    created_at TEXT NOT NULL,
    ended_at TEXT
);

-- Every noun: a sealed body beside what lists sort and join by.
CREATE TABLE record (
    id TEXT NOT NULL PRIMARY KEY,
    noun TEXT NOT NULL,
    version BIGINT NOT NULL,
    patient TEXT,
    visit TEXT,
    facility TEXT,
    clinician TEXT,
    day TEXT,
    state TEXT,
    -- the library that a determination was made with
    library TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    seal_key TEXT NOT NULL REFERENCES seal_key (id),
    sealed BYTEA NOT NULL
);
CREATE INDEX record_noun ON record (noun, id);
CREATE INDEX record_patient ON record (patient, noun, id);
CREATE INDEX record_visit ON record (visit, noun);
CREATE INDEX record_day ON record (noun, day, id);
CREATE INDEX record_state ON record (noun, state, id);
CREATE INDEX record_key ON record (seal_key);

-- Exact look-ups: a keyed hash of a value, which tells nothing to who lacks the key.
CREATE TABLE look_up (
    field TEXT NOT NULL,
    hash BYTEA NOT NULL,
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    PRIMARY KEY (field, hash, record)
);
CREATE INDEX look_up_record ON look_up (record);

-- What a document holds, apart from its record so that lists stay light.
CREATE TABLE content (
    document TEXT NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    seal_key TEXT NOT NULL REFERENCES seal_key (id),
    sealed BYTEA NOT NULL
);

-- Where the chain stands. The first statement of every act takes this row's lock.
CREATE TABLE audit_head (
    practice TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    -- the practice's key that new values are sealed with
    seal_key TEXT NOT NULL REFERENCES seal_key (id),
    -- always 1: a database holds one practice
    single BIGINT NOT NULL UNIQUE
);

CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    session TEXT,
    action TEXT NOT NULL,
    noun TEXT NOT NULL,
    record TEXT,
    patient TEXT,
    purpose TEXT NOT NULL,
    request TEXT NOT NULL,
    -- a reason that a person gave, sealed
    note BYTEA,
    -- of the row as this entry left it
    row_hash BYTEA,
    before BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_patient ON audit (patient, seq);
CREATE INDEX audit_record ON audit (record, seq);

-- Replies that are given again when a request comes twice.
CREATE TABLE reply (
    id TEXT NOT NULL PRIMARY KEY,
    request BYTEA NOT NULL,
    seal_key TEXT NOT NULL REFERENCES seal_key (id),
    sealed BYTEA NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX reply_at ON reply (at);

-- Backups that were made, and until when each is kept: whom they could bring back after a shredding.
CREATE TABLE backup (
    id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    keep_until TEXT NOT NULL,
    seq BIGINT NOT NULL
);
