// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Parts of names and texts, found by an index of their groups of three letters (pg_trgm).
///
/// Without it each search reads every definition. The extension comes with PostgreSQL and whoever owns a database may have
/// it; where it is not installed, or not allowed, searches read on as they did. Chinese and parts of one or two letters have
/// no such groups: these are read through as well.
extension PostgresSchema {
    static let searchSteps: [(name: String, sql: String)] = [
        (
            "postgres 007 search by trigrams",
            """
            DO $$
            BEGIN
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
                CREATE INDEX job_by_trigrams ON job USING gin (search_text gin_trgm_ops);
                CREATE INDEX job_name_by_trigrams ON job_name USING gin (name gin_trgm_ops);
            EXCEPTION
                -- Not there, not allowed, in a schema that nobody looks into, or something else has its names.
                WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object
                    OR duplicate_function OR duplicate_object THEN
                    RAISE NOTICE 'searches go without pg_trgm: %', SQLERRM;
            END $$
            """
        )
    ]
}
