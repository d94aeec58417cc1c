// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// What is done to all that a filter finds: the server counts, a person agrees, and it is done to those that were counted.
struct BulkQuestion: ParsableArguments {
    @Flag(name: .customLong("all"), help: "All that match; needed where no filter is given.")
    var isAll = false

    @Flag(help: "Do it without the question.")
    var yes = false

    /// - Parameter isNarrowed: whether any filter is given.
    func check(isNarrowed: Bool) throws {
        guard self.isAll || isNarrowed else { throw ValidationError.said("Give a filter, or --all.") }
    }

    /// - Parameters:
    ///   - verb: what is done, as the question begins.
    ///   - things: what they are called, such as `tasks`.
    func run(
        _ client: APIClient,
        _ path: String,
        _ query: [(String, String?)],
        _ body: JSONValue,
        verb: Wording,
        things: Wording,
        output: OutputOptions
    ) async throws {
        let found = try await client.post(path, body, query: query)
        let count = found["count"].integer ?? 0
        guard count > 0 else {
            output.show(found) { Terminal.say("No \(things) match.") }
            return
        }
        if !self.yes {
            let names = found["names"].array.map(\.cell).joined(separator: ", ")
            let more = count > Int64(found["names"].array.count) ? ", …" : ""
            guard Terminal.inputIsTerminal else {
                throw CommandFailure(
                    .usage,
                    "\(verb) \(count) \(things) (\(names)\(more))? There is no terminal to ask; give --yes."
                )
            }
            Terminal.complain("\(verb) \(count) \(things) (\(names)\(more))? Type yes:")
            guard readLine() == "yes" else { throw CommandFailure(.failed, "nothing was done") }
        }
        var confirmed = body
        confirmed["token"] = found["token"]
        let answer = try await client.post(path, confirmed, query: query)
        output.show(answer) {
            Terminal.say("\(answer["done"].cell) of \(answer["count"].cell) \(things) done.")
            for result in answer["results"].array where result["result"].string != "done" {
                let why = result["message"].string ?? "waits for another person: \(result["approval_id"].cell)"
                Terminal.say("  \(result["name"].cell) (\(result["id"].cell)): \(why)")
            }
        }
        if answer["refused"].integer ?? 0 > 0 {
            throw CommandFailure(.failed, "\(answer["refused"].cell) of \(answer["count"].cell) were refused")
        }
        if answer["waiting"].integer ?? 0 > 0 {
            throw CommandFailure(.waits, "\(answer["waiting"].cell) wait for another person")
        }
    }
}
