// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Roles with scope, and which groups a job and a host had when.
enum Migration016Grants {
    static let sql = """
        CREATE TABLE user_grant (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            role TEXT NOT NULL,
            is_everywhere INTEGER NOT NULL
        );
        CREATE INDEX user_grant_by_user ON user_grant (user_id);
        -- A group that is deleted leaves all grants; a grant without groups holds nothing.
        CREATE TABLE user_grant_group (
            grant_id INTEGER NOT NULL REFERENCES user_grant (id) ON DELETE CASCADE,
            group_id INTEGER NOT NULL REFERENCES agent_group (id) ON DELETE CASCADE,
            PRIMARY KEY (grant_id, group_id)
        ) WITHOUT ROWID;
        CREATE INDEX user_grant_group_by_group ON user_grant_group (group_id);
        -- Present users keep their role, on everything; user.role is not read any more.
        INSERT INTO user_grant (user_id, role, is_everywhere) SELECT id, role, 1 FROM user ORDER BY id;

        -- Who may see an execution follows from the groups that its job and its host had in common at its nominal time.
        -- Spans are written when bindings change, so that fires pay nothing; since included, until excluded.
        CREATE TABLE job_group_span (
            job_id INTEGER NOT NULL,
            group_id INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL DEFAULT 9223372036854775807,
            PRIMARY KEY (job_id, group_id, since)
        ) WITHOUT ROWID;
        CREATE INDEX job_group_span_by_group ON job_group_span (group_id, job_id);
        CREATE INDEX job_group_span_ended ON job_group_span (until) WHERE until < 9223372036854775807;
        INSERT INTO job_group_span (job_id, group_id, since) SELECT job_id, group_id, 0 FROM job_group;

        CREATE TABLE group_member_span (
            agent TEXT NOT NULL,
            group_id INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL DEFAULT 9223372036854775807,
            PRIMARY KEY (agent, group_id, since)
        ) WITHOUT ROWID;
        CREATE INDEX group_member_span_ended ON group_member_span (until) WHERE until < 9223372036854775807;
        INSERT INTO group_member_span (agent, group_id, since) SELECT agent, group_id, 0 FROM group_member;
        """
}
