-- Entries of the audit are added, and the database itself refuses to change one or take it away. Who owns the tables can take the trigger
-- away first: then the chain tells. The same for SQLite is beside this.
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the audit is neither changed nor taken away';
END
$$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
