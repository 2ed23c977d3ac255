-- Entries of the audit are added, and the database itself refuses to change one or take it away. Who owns the tables can take the triggers
-- away first: then the chain tells. The same for PostgreSQL is beside this.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit is not changed');
END;

CREATE TRIGGER audit_is_not_taken_away BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit is not taken away');
END;
