-- The rights of API and worker on a PostgreSQL server: as pie_service they own the schemas public and hangfire of their
-- database, and nothing else. A superuser runs this in that database, as often as needed; objects of the role of an
-- earlier version are transferred. The password is the setting pie.service_password, so that no log has it; without one
-- the role stays as it is.
DO $$
DECLARE
    secret CONSTANT text := current_setting('pie.service_password', true);
    handover text;
BEGIN
    IF secret <> '' THEN
        IF to_regrole('pie_service') IS NULL THEN CREATE ROLE pie_service; END IF;
        ALTER ROLE pie_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
        EXECUTE format('ALTER ROLE pie_service PASSWORD %L', secret);
        -- A sum for each of 100,000 examples fits into this memory. The compilation of an expression for each of 16
        -- partitions costs more than it saves.
        ALTER ROLE pie_service SET work_mem = '32MB';
        ALTER ROLE pie_service SET jit = off;
        -- The role can connect to its own database only.
        REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
    END IF;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    -- A file of attributes is compared with the examples in a temporary table.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO pie_service', current_database());
    CREATE SCHEMA IF NOT EXISTS hangfire;
    ALTER SCHEMA hangfire OWNER TO pie_service;
    ALTER SCHEMA public OWNER TO pie_service;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    -- PostgreSQL refuses REASSIGN OWNED for the superuser that initdb created, so objects are transferred one by one.
    FOR handover IN
        -- Views and free sequences too; a column's sequence and a table's indexes are transferred with their table.
        SELECT format('ALTER TABLE %s OWNER TO pie_service', pg_class.oid::regclass) FROM pg_class
        WHERE relnamespace IN ('public'::regnamespace, 'hangfire'::regnamespace) AND relowner <> 'pie_service'::regrole
            AND relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND relkind = 'S' AND deptype IN ('a', 'i'))
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO pie_service', oid::regprocedure) FROM pg_proc
        WHERE pronamespace IN ('public'::regnamespace, 'hangfire'::regnamespace) AND proowner <> 'pie_service'::regrole
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO pie_service', oid::regtype) FROM pg_type
        WHERE typnamespace IN ('public'::regnamespace, 'hangfire'::regnamespace) AND typowner <> 'pie_service'::regrole
            AND typtype IN ('e', 'd')
    LOOP
        EXECUTE handover;
    END LOOP;
END
$$;
