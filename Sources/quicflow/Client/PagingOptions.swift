// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// Which part of a long list.
struct PagingOptions: ParsableArguments {
    @Option(help: "Page, from 1.")
    var page = 1

    @Option(help: "Entries on a page, 1 to 100.")
    var pageSize = 50

    func validate() throws {
        guard self.page >= 1, (1...100).contains(self.pageSize) else {
            throw ValidationError.said("--page is at least 1 and --page-size 1 to 100.")
        }
    }

    var query: [(String, String?)] {
        [("page", String(self.page)), ("page_size", String(self.pageSize))]
    }

    /// Says on standard error when there is more than was shown.
    func remark(on answer: JSONValue) {
        guard let total = answer["total"].integer else { return }
        let last = Int64(self.page - 1) * Int64(self.pageSize) + Int64(answer["items"].array.count)
        if last < total, !answer["items"].array.isEmpty {
            Terminal.complain("\(last) of \(total); more with --page \(self.page + 1)")
        }
    }
}
