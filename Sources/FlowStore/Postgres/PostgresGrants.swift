// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The rights of a role that servers run with: it reads and writes rows, and can't change or drop a table.
///
/// Tables belong to another role, which takes the steps of the schema and is used for nothing else.
package enum PostgresGrants {
    /// What the owner of the tables runs once, in the server's database; also over tables that come later.
    ///
    /// Which steps were taken the role can only read, and parts of output it makes and drops by two functions of the owner's.
    package static func statements(for role: String) -> String {
        """
        DO $grants$
        DECLARE
            name text := '\(role.replacing("'", with: "''"))';
            place text := current_schema();
        BEGIN
            IF name = current_user THEN
                RAISE EXCEPTION 'Run this as the owner of the tables, and not as % itself.', name;
            END IF;
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
            EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', place, name);
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, name);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', place, name);
            EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', place, name);
            EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO %I', place, name);
            IF to_regclass('schema_step') IS NOT NULL THEN
                EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON schema_step FROM %I', name);
            END IF;
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
                place, name);
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I', place, name);
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT EXECUTE ON FUNCTIONS TO %I', place, name);
            BEGIN
                -- How far running servers know the schema is asked before a step is taken beside them.
                EXECUTE format('GRANT %I TO %I', name, current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                RAISE NOTICE 'Have a superuser GRANT % TO %, or stop all servers for each upgrade.', name, current_user;
            END;
        END $grants$;
        """
    }
}
