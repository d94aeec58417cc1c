// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What an entry of a file is, and its name: a task and a workflow may have the same one.
struct FileKey: Hashable, Comparable, ExpressibleByStringLiteral {
    enum Kind: String {
        case task, workflow
    }

    let kind: Kind
    let name: String

    init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The task of that name.
    init(stringLiteral name: String) { self.init(.task, name) }

    static func < (left: FileKey, right: FileKey) -> Bool {
        (left.name, left.kind.rawValue) < (right.name, right.kind.rawValue)
    }

    /// As it is named to people.
    var words: Wording {
        switch self.kind {
        case .task: Wording(verbatim: self.name)
        case .workflow: "\(self.name) (workflow)"
        }
    }

    /// What has to be there before it, of what a file or a server says of it.
    func parents(in fields: JSONValue) -> [FileKey] {
        guard self.kind == .workflow else {
            return fields["dependencies"].array.compactMap { $0["task"].string.map { FileKey(.task, $0) } }
        }
        return fields["nodes"].array.flatMap { node in
            [node["task"], node["do"]["task"]].compactMap { $0.string.map { FileKey(.task, $0) } }
                + (node["workflow"].string.map { [FileKey(.workflow, $0)] } ?? [])
        }
    }
}
