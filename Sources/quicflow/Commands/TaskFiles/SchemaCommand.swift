// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `quicflow schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of task files, for editors.",
        discussion: """
            The server gives it without signing in, too, at /api/v1/task-files/schema.json:
              # yaml-language-server: $schema=http://127.0.0.1:8475/api/v1/task-files/schema.json
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let client = APIClient(server: try self.options.address(), token: nil)
        Terminal.sayJSON(try await client.plain("/task-files/schema.json").pretty)
    }
}
