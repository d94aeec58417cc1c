// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowTesting
import Testing

@testable import FlowStore

@Suite("Statements for many rows")
struct PostgresBatchTests {
    @Test("A statement is spelled over columns of rows, and one of another kind is left to run row by row")
    func forms() throws {
        let insert = try #require(PostgresBatch("INSERT INTO t (a, b, c) VALUES (?, ?, 0) ON CONFLICT (a) DO NOTHING"))
        let source = "FROM (SELECT unnest((SELECT $1)) AS p1, unnest((SELECT $2)) AS p2) AS batch"
        #expect(
            Self.plain(insert.text)
                == "INSERT INTO t (a, b, c) SELECT batch.p1, batch.p2, 0 \(source) ON CONFLICT (a) DO NOTHING"
        )
        #expect(insert.distinct == nil && insert.width == 2)
        guard case .returned(let text, let key)? = insert.inserted else {
            Issue.record("it does not say which rows are new")
            return
        }
        #expect(Self.plain(text).hasSuffix("DO NOTHING RETURNING a") && key == [0])

        let update = try #require(
            PostgresBatch("UPDATE t SET a = coalesce(?, a), r = ? WHERE id = ? AND r = ? AND is_on = 1 RETURNING name")
        )
        #expect(
            Self.plain(update.text).contains(
                "SET a = coalesce(batch.p1, a), r = batch.p2 FROM (SELECT unnest((SELECT $1)) AS p1,"
            )
        )
        #expect(
            Self.plain(update.text).hasSuffix(
                "AS batch WHERE id = batch.p3 AND r = batch.p4 AND is_on = 1 RETURNING name"
            )
        )
        #expect(update.numbered?.hasSuffix("RETURNING name, batch.batch_row") == true)
        // The revision changes: two rows of one id are about the same row, whatever revisions they name.
        #expect(update.distinct == [2])

        let delete = try #require(PostgresBatch("DELETE FROM t WHERE a = ?2 AND b = ?1 AND c < ?3"))
        #expect(
            Self.plain(delete.text).hasPrefix("DELETE FROM t USING (SELECT unnest((SELECT $1)) AS p1")
                && delete.distinct == [1, 0]
        )
        let select = try #require(PostgresBatch("SELECT a FROM t WHERE b = ? LIMIT 1"))
        #expect(
            Self.plain(select.text)
                == "SELECT found.*, batch.batch_row FROM (SELECT unnest((SELECT $1)) AS p1, unnest((SELECT $2)) AS batch_row) "
                + "AS batch CROSS JOIN LATERAL (SELECT * FROM (SELECT a FROM t WHERE b = batch.p1 LIMIT 1) AS one LIMIT 1) AS found"
        )
        for sql in [
            "INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET b = ?",
            "INSERT INTO t (a) VALUES (?) RETURNING a",
            "INSERT INTO t (a) VALUES (lower(?)) ON CONFLICT (a) DO UPDATE SET b = 1", "INSERT INTO t SELECT ?",
            "UPDATE t SET a = ?", "UPDATE t SET a = ? WHERE a = ?", "UPDATE t SET a = ? WHERE b = ? OR c = ?",
            "UPDATE t SET a = b.a FROM b WHERE id = ?", "DELETE FROM t WHERE a < ?", "SELECT 1",
            "WITH a AS (SELECT ?) SELECT 1",
        ] { #expect(PostgresBatch(sql) == nil, "\(sql)") }
    }

    private static func plain(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            .replacing(" ,", with: ",")
    }

    // MARK: The same as one row after the other

    /// A statement on the table `TABLE` with sets of values.
    struct Case: Sendable {
        let name: String
        let sql: String
        let sets: [[RecordValue]]
    }

    static let insertion =
        "INSERT INTO TABLE (id, revision, name, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
    private static let upsert = """
        INSERT INTO TABLE (id, revision, name, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET revision = TABLE.revision + excluded.revision, name = excluded.name
        """
    private static let update =
        "UPDATE TABLE SET name = ?, revision = ?, body = coalesce(?, body) WHERE id = ? AND revision = ?"
    private static let delete = "DELETE FROM TABLE WHERE id = ? AND revision = ?"

    private static func row(_ id: Int64, _ revision: Int64 = 1, _ name: RecordValue = .null) -> [RecordValue] {
        [.integer(id), .integer(revision), name, .null]
    }

    /// Rows 0 to 9 are there before, with the revision 1.
    static let cases = [
        Case(name: "no rows", sql: insertion, sets: []),
        Case(name: "one row", sql: insertion, sets: [row(20)]),
        Case(
            name: "nulls, empty and odd values, least and greatest integers",
            sql: insertion,
            sets: [
                row(.max, .min, .text("")), row(.min, .max, .text("é\u{1F600}'\"{},\\NULL")), row(100, 0, .null),
                [.integer(101), .integer(0), .text("NULL"), .bytes([])],
                [.integer(102), .integer(0), .null, .bytes([0, 255])],
                row(103, 0, .text("a\0b")),
            ]
        ),
        Case(
            name: "keys twice in a batch",
            sql: insertion,
            sets: [row(3), row(30), row(30, 2), row(31), row(4), row(30, 3), row(32)]
        ),
        Case(name: "all there already", sql: insertion, sets: [row(1), row(2)]),
        Case(name: "upserts", sql: upsert, sets: [row(1, 5), row(40, 6, .text("new")), row(2, 7)]),
        Case(
            name: "upserts of the same key",
            sql: upsert,
            sets: [row(1, 5), row(41, 1), row(1, 6, .text("last")), row(41, 2)]
        ),
        Case(
            name: "compare and set",
            sql: update,
            sets: (0..<12).map { [.text("u\($0)"), .integer(2), .null, .integer($0), .integer($0 == 7 ? 9 : 1)] }
        ),
        Case(
            name: "compare and set, one row after the other",
            sql: update,
            sets: [
                [.text("a"), .integer(2), .null, .integer(1), .integer(1)],
                [.text("b"), .integer(3), .null, .integer(1), .integer(2)],
                [.text("c"), .integer(9), .bytes([1]), .integer(1), .integer(1)],
            ]
        ),
        Case(name: "deletes, with one twice", sql: delete, sets: [1, 2, 1, 77].map { [.integer($0), .integer(1)] }),
        Case(name: "deletes", sql: delete, sets: [1, 2, 77].map { [.integer($0), .integer(1)] }),
        Case(name: "a null in a condition", sql: delete, sets: [[.integer(1), .integer(1)], [.integer(2), .null]]),
    ]

    @Test("A batch does what its rows do one after the other, and says so", arguments: StoreKind.allCases)
    func same(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let store = try #require(store as? DatabaseStore)
            for batch in Self.cases {
                try await store.write("test") { db in
                    for table in ["one", "many", "silent"] { try Self.make(table, db) }
                    let single = try batch.sets.map { try db.run(batch.sql.replacing("TABLE", with: "one"), $0) }
                    let together = try db.changesOfEach(batch.sql.replacing("TABLE", with: "many"), batch.sets)
                    try db.runEach(batch.sql.replacing("TABLE", with: "silent"), batch.sets)
                    let rows = try Self.rows("one", db)
                    #expect(try Self.rows("many", db) == rows, "\(batch.name)")
                    #expect(try Self.rows("silent", db) == rows, "\(batch.name)")
                    #expect(together == single, "\(batch.name)")
                    for table in ["one", "many", "silent"] { try db.run("DROP TABLE \(table)") }
                }
            }
        }
    }

    @Test("Ten thousand rows, of which some are there", arguments: StoreKind.allCases)
    func many(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let store = try #require(store as? DatabaseStore)
            let sets = (0..<10_000).map { Self.row($0 * 3, 7, .text("n\($0)")) }
            try await store.write("test") { db in
                try Self.make("many", db)
                let changes = try db.changesOfEach(Self.insertion.replacing("TABLE", with: "many"), sets)
                #expect(changes == sets.indices.map { $0 < 4 ? 0 : 1 })
                let found = try db.firstEach(
                    "SELECT name FROM many WHERE id = ?",
                    (0..<10_000).map { [.integer(Int64($0))] }
                ) { $0.optionalText(0) }
                #expect(found[3000] == "n1000" && found[9] == .some(nil) && found[3001] == nil)
            }
        }
    }

    @Test("A row that fails in the middle of a batch fails all of it", arguments: StoreKind.allCases)
    func fails(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let store = try #require(store as? DatabaseStore)
            try await store.write("test") { db in try Self.make("many", db) }
            await #expect(throws: (any Error).self) {
                try await store.write("test") { db in
                    try db.runEach(
                        "INSERT INTO many (id, revision, name, body) VALUES (?, ?, ?, ?)",
                        (100..<200).map { Self.row($0 == 150 ? 5 : $0) }
                    )
                }
            }
            #expect(try await store.read { db in try Self.rows("many", db).count } == 10)
        }
    }

    @Test(
        "What many keys find comes in the order of the keys, with nothing for those that find nothing",
        arguments: StoreKind.allCases
    )
    func finds(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let store = try #require(store as? DatabaseStore)
            try await store.write("test") { db in
                try Self.make("many", db)
                let keys: [Int64] = [9, 50, 1, 9, .max, 2]
                let found = try db.firstEach(
                    "SELECT id * 10, name FROM many WHERE id = ?",
                    keys.map { [.integer($0)] }
                ) { ($0.integer(0), $0.optionalText(1)) }
                #expect(found.map { $0?.0 } == [90, nil, 10, 90, nil, 20])
                #expect(found.allSatisfy { $0?.1 == nil })
                let moved = try db.firstEach(
                    "UPDATE many SET revision = ? WHERE id = ? AND revision = ? RETURNING id",
                    [3, 77, 4].map { [.integer(2), .integer($0), .integer(1)] }
                ) { $0.integer(0) }
                #expect(moved == [3, nil, 4])
                // The second finds what the first left.
                let again = try db.firstEach(
                    "UPDATE many SET revision = ? WHERE id = ? AND revision = ? RETURNING revision",
                    [[5, 3, 2], [6, 3, 5], [7, 3, 2]].map { $0.map { .integer($0) } }
                ) { $0.integer(0) }
                #expect(again == [5, 6, nil])
            }
        }
    }

    private static func make(_ table: String, _ db: Database) throws {
        try db.run("CREATE TABLE \(table) (id bigint PRIMARY KEY, name text, body bytea, revision bigint NOT NULL)")
        for id in 0..<10 {
            try db.run("INSERT INTO \(table) (id, revision) VALUES (?, 1)", [.integer(Int64(id))])
        }
    }

    private static func rows(_ table: String, _ db: Database) throws -> [[RecordValue]] {
        try db.all("SELECT id, revision, name, body FROM \(table) ORDER BY id") { row in
            [
                .integer(row.integer(0)), .integer(row.integer(1)), row.isNull(2) ? .null : .text(row.text(2)),
                row.isNull(3) ? .null : .bytes(row.bytes(3)),
            ]
        }
    }

    // MARK: The store's own

    @Test("Long sets are cut into batches that are not held in memory at once")
    func groups() {
        let short = [[RecordValue]](repeating: [.integer(1)], count: 2500)
        #expect(PostgresEach.groups(short).map(\.count) == [1000, 1000, 500])
        let long = [[RecordValue]](repeating: [.bytes([UInt8](repeating: 1, count: 3 << 20))], count: 5)
        #expect(PostgresEach.groups(long).map(\.count) == [2, 2, 1])
        #expect(PostgresEach.groups([]).isEmpty)
    }

    @Test("Fires and their reports are one statement for each table, however many they are")
    func statements() async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            let database = try server.makeDatabase()
            defer { try? server.dropDatabase(database) }
            let store = try await PostgresStore.open(server.address(database))
            let world = World(store: store)
            var agents: [AgentID] = []
            for number in 0..<3 { agents.append(try await world.connectedAgent("a\(number)")) }
            var jobs: [Job] = []
            for number in 0..<5 { jobs.append(try await world.job("job \(number)")) }
            try server.sql(Self.counting, in: database)

            let outcomes = try await store.fire(
                jobs.map { World.plan($0, next: World.start + 1) },
                online: Set(agents),
                recent: nil,
                at: World.start
            )
            for outcome in outcomes {
                guard case .fired(_, let executions, let orders) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(executions.count == 3 && orders.count == 3)
            }
            let counted = "SELECT string_agg(name || ' ' || n, ', ' ORDER BY name) FROM counted"
            #expect(
                try server.sql(counted, in: database)
                    == "INSERT agent_order 1, INSERT execution 1, INSERT run 1, UPDATE schedule 1"
            )
            try server.sql("DELETE FROM counted", in: database)
            let batches = agents.map { agent in
                ReportBatch(
                    agent: agent,
                    incarnation: "one",
                    reports: jobs.enumerated().map { World.report(Int64($0 + 1), $1, on: agent, .success) }
                )
            }
            let answers = try await store.apply(batches, at: World.start)
            #expect(answers.map(\.acknowledged) == [5, 5, 5])
            #expect(
                try server.sql(counted, in: database)
                    == "DELETE agent_order 1, INSERT execution_rollup 1, UPDATE agent 1, UPDATE execution 1"
            )
            try await store.close()
        }
    }

    /// Counts statements by table; an upsert counts as an insert only.
    private static let counting = """
        CREATE TABLE counted (name text PRIMARY KEY, n bigint NOT NULL);
        CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO counted VALUES (TG_OP || ' ' || TG_TABLE_NAME, 1) ON CONFLICT (name) DO UPDATE SET n = counted.n + 1;
            RETURN NULL;
        END $$;
        DO $$ DECLARE name text; BEGIN
            FOREACH name IN ARRAY ARRAY['run', 'execution', 'agent_order', 'schedule', 'agent'] LOOP
                EXECUTE format('CREATE TRIGGER counting AFTER INSERT OR UPDATE OR DELETE ON %I '
                    'FOR EACH STATEMENT EXECUTE FUNCTION count_statement()', name);
            END LOOP;
        END $$;
        CREATE TRIGGER counting AFTER INSERT ON execution_rollup FOR EACH STATEMENT EXECUTE FUNCTION count_statement()
        """
}
