// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How ``OutputDays`` come to be, in three steps that are taken while servers write.
///
/// A part is called by its days, the first one and the one behind the last, counted from 1970: `log_piece_20783_20784`.
extension PostgresSchema {
    static let outputSteps: [(name: String, sql: String)] = [
        ("postgres 004 end of the output so far", PostgresSchema.outputEnd),
        (
            "postgres 005 look at the output so far",
            """
            -- Reads all rows, and keeps nobody from writing.
            DO $$
            BEGIN
                EXECUTE (SELECT format('ALTER TABLE log_piece VALIDATE CONSTRAINT %I', conname) FROM pg_constraint
                    WHERE conrelid = 'log_piece'::regclass AND starts_with(conname::text, 'log_piece_until_'));
            END $$
            """
        ),
        ("postgres 006 output by day", PostgresSchema.outputParts + PostgresSchema.outputFunctions),
    ]

    /// From when on there are days: the table of before ends two days from now, or behind what it has.
    private static let outputEnd = """
        CREATE FUNCTION output_day(day bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS $$ SELECT decode(lpad(to_hex(day * 86400000), 12, '0') || repeat('0', 20), 'hex') $$;
        CREATE FUNCTION output_day_now() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE
            AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint $$;
        DO $$
        DECLARE day bigint := output_day_now() + 2; newest bytea;
        BEGIN
            SELECT execution_id INTO newest FROM log_piece ORDER BY execution_id DESC LIMIT 1;
            IF newest IS NOT NULL THEN
                day := greatest(day, ('x' || encode(substr(newest, 1, 6), 'hex'))::bit(48)::bigint / 86400000 + 1);
            END IF;
            EXECUTE format('ALTER TABLE log_piece ADD CONSTRAINT %I CHECK (execution_id < %L::bytea) NOT VALID',
                'log_piece_until_' || day, output_day(day));
        END $$
        """

    /// Takes the table of before as the first part of the new one, without a look at its rows.
    private static let outputParts = """
        DO $$
        DECLARE name text; day bigint; part text; last bigint;
        BEGIN
            SELECT conname, substring(conname::text FROM '[0-9]+$')::bigint INTO STRICT name, day FROM pg_constraint
                WHERE conrelid = 'log_piece'::regclass AND starts_with(conname::text, 'log_piece_until_');
            part := 'log_piece_0_' || day;
            EXECUTE format('ALTER TABLE log_piece RENAME TO %I', part);
            EXECUTE format('SELECT coalesce(max(rowid), 0) FROM %I', part) INTO last;
            EXECUTE format('ALTER TABLE %I ALTER COLUMN rowid DROP IDENTITY', part);
            -- A version before this one deletes by these numbers.
            EXECUTE format('CREATE SEQUENCE log_piece_rows START %s', last + 1);
            EXECUTE format('CREATE TABLE log_piece (LIKE %I, UNIQUE (execution_id, attempt, byte_offset))'
                ' PARTITION BY RANGE (execution_id)', part);
            ALTER TABLE log_piece ALTER COLUMN rowid SET DEFAULT nextval('log_piece_rows');
            ALTER SEQUENCE log_piece_rows OWNED BY log_piece.rowid;
            IF last = 0 THEN
                EXECUTE format('DROP TABLE %I', part);
            ELSE
                EXECUTE format('ALTER TABLE log_piece ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
                    part, output_day(day));
                EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', part, name);
            END IF;
            CREATE TABLE log_piece_rest PARTITION OF log_piece DEFAULT WITH (\(storage));
        END $$;
        """

    private static let outputFunctions = """

        CREATE FUNCTION output_parts() RETURNS TABLE (part text, low bigint, high bigint, pieces bigint) LANGUAGE sql STABLE
        AS $$
            SELECT relname::text, split_part(relname::text, '_', 3)::bigint, split_part(relname::text, '_', 4)::bigint,
                greatest(reltuples, 0)::bigint
            FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'log_piece'::regclass AND relname <> 'log_piece_rest'
        $$;

        CREATE FUNCTION make_output_days(first bigint, last bigint, span bigint) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE day bigint := first; ending bigint; part text; made bigint := 0;
        BEGIN
            WHILE day <= last LOOP
                SELECT max(p.high) INTO ending FROM output_parts() AS p WHERE p.low <= day AND p.high > day;
                IF ending IS NOT NULL THEN
                    day := ending;
                    CONTINUE;
                END IF;
                ending := least(day + span, (SELECT min(p.low) FROM output_parts() AS p WHERE p.low > day));
                IF EXISTS (SELECT 1 FROM log_piece_rest
                    WHERE execution_id >= output_day(day) AND execution_id < output_day(ending))
                THEN
                    day := day + 1;
                    CONTINUE;
                END IF;
                part := 'log_piece_' || day || '_' || ending;
                -- Attached, because a table that is made as a part keeps all from reading the others meanwhile.
                EXECUTE format('CREATE TABLE %I (LIKE log_piece INCLUDING DEFAULTS) WITH (\(storage))', part);
                EXECUTE format('ALTER TABLE log_piece ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                    part, output_day(day), output_day(ending));
                day := ending;
                made := made + 1;
            END LOOP;
            RETURN made;
        END $$;

        CREATE FUNCTION drop_output_day(bound bytea) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE entry record;
        BEGIN
            FOR entry IN SELECT * FROM output_parts() AS p ORDER BY p.high LOOP
                CONTINUE WHEN output_day(entry.high) > bound OR entry.high > output_day_now()
                    OR EXISTS (SELECT 1 FROM execution
                        WHERE id >= output_day(entry.low) AND id < output_day(entry.high));
                EXECUTE format('DROP TABLE %I', entry.part);
                RETURN entry.pieces;
            END LOOP;
            RETURN -1;
        EXCEPTION WHEN lock_not_available THEN
            RETURN -1;
        END $$;

        DO $$
        DECLARE path text := current_schema();
        BEGIN
            EXECUTE format('ALTER FUNCTION make_output_days SET search_path = %I, pg_temp', path);
            EXECUTE format('ALTER FUNCTION drop_output_day SET search_path = %I, pg_temp', path);
            -- Nobody waits long behind one that waits for a reader.
            ALTER FUNCTION drop_output_day SET lock_timeout = '500ms';
            REVOKE EXECUTE ON FUNCTION make_output_days, drop_output_day FROM PUBLIC;
            PERFORM make_output_days(output_day_now(), output_day_now() + \(OutputDays.ahead), 1);
        END $$
        """

    private static let storage =
        "autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05"
}
