// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// The webhooks of the format `file` that a task file has for its task: read and checked, and not stored.
struct FileTriggerList {
    /// As webhooks are shown; null when none were named.
    let answer: JSON
    let failure: APIFailure?

    private static let fields: Set<String> = ["name", "file", "params", "when", "enabled"]

    /// - Parameter job: the task as it will be; nil while that is wrong itself.
    init(_ value: JSON?, of job: JobDefinition?) {
        guard let value, value != .null else {
            (self.answer, self.failure) = (.null, nil)
            return
        }
        var details: [CoreError.Detail] = []
        var drafts: [HookDraft] = []
        if case .array(let elements) = value, elements.count <= Hook.limit {
            for (index, element) in elements.enumerated() {
                do { drafts.append(try Self.draft(element, of: job)) } catch {
                    details += Self.details(of: error).map { detail in
                        let place = "file_triggers[\(index)]"
                        let path = detail.path.isEmpty ? place : "\(place).\(detail.path)"
                        return CoreError.Detail(path: path, code: detail.code, message: detail.text)
                    }
                }
            }
            var names: Set<String> = []
            for (index, draft) in drafts.enumerated() where !names.insert(draft.name).inserted {
                let message: Wording = "two of them have the name '\(draft.name)'"
                details.append(.init(path: "file_triggers[\(index)].name", code: "duplicate", message: message))
            }
        } else {
            let message: Wording = "this is a list of at most \(Hook.limit)"
            details.append(.init(path: "file_triggers", code: "type", message: message))
        }
        self.answer = .array(drafts.map { .object(HookPresenter.wanted($0)) })
        self.failure =
            details.isEmpty
            ? nil : APIFailure(.unprocessableContent, "invalid", "The webhook cannot be saved", details: details)
    }

    private static func draft(_ value: JSON, of job: JobDefinition?) throws -> HookDraft {
        guard case .object(let members) = value else {
            throw APIFailure.malformed(
                path: "",
                code: "type",
                message: "an object is expected, not \(words: value.kind)"
            )
        }
        // What callers need, these don't.
        for name in members.map(\.name.text) where !self.fields.contains(name) {
            throw APIFailure.malformed(path: name, code: "unknown_field", message: "there is no such field")
        }
        let draft = try HookBody(.object(members + [.init("format", HookFormat.file.rawValue)]), isUpdate: true).draft
        try HookService.check(draft, of: job)
        return draft
    }

    private static func details(of error: any Error) -> [CoreError.Detail] {
        switch error {
        case let error as APIFailure where !error.details.isEmpty: error.details
        case let error as CoreError where !error.details.isEmpty: error.details
        case let error as CoreError: [.init(path: "", code: error.code.rawValue, message: error.text)]
        default: [.init(path: "", code: "invalid", message: Wording(verbatim: "\(error)"))]
        }
    }
}
