// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow client stats`: a host's day, as it says itself and as the server recorded it (S1-FR-5.3).
struct ClientStatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Sums up a host's day, and shows where its own word differs from what the server recorded.",
        discussion: "Hosts tell what they did every five minutes; what ended later is in none of the sums."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Agent, by id or name.", completion: NameCompletion.clients)
    var client: String

    @Option(help: "A day on the host's clocks, such as 2026-11-21; today.")
    var date: String?

    func run() async throws {
        let client = try self.options.client()
        guard let id = try await client.clientIDs([self.client]).first else { return }
        let answer = try await client.get("/clients/\(ServerAddress.escaped(id))/stats", [("date", self.date)])
        self.options.output.show(answer) { Terminal.say(HostDayTable(.current).text(answer)) }
    }
}

/// A host's day in a box like that of the host's own statistics.
struct HostDayTable {
    private let isChinese: Bool

    init(_ language: Language) { self.isChinese = language == .chinese }

    func text(_ day: JSONValue) -> String {
        var table = TextTable(
            self.isChinese
                ? ["任务", "总次数", "成功", "失败", "成功率", "平均耗时", "服务器记录", "差异"]
                : ["Task", "Total", "Success", "Failure", "Rate", "Average", "Recorded", "Difference"]
        )
        let wasTold = day["reported_at"].string != nil
        for task in day["tasks"].array { table.add(self.row(task, wasTold: wasTold)) }
        let place = "\(day["name"].cell) - \(day["date"].cell) (\(day["time_zone"].cell))"
        let title = (self.isChinese ? "主机执行统计 - " : "Statistics of ") + place
        return table.boxed(title: title) + "\n" + self.summary(day)
    }

    private func row(_ task: JSONValue, wasTold: Bool) -> [String] {
        let server = task["server"]
        // Of a host that never told anything the records are all there is.
        let sums = wasTold ? task["agent"] : server
        let total = Int(sums["total"].integer ?? 0)
        let success = Int(sums["success"].integer ?? 0)
        let failures = (sums["failure"].integer ?? 0) + (sums["timeout"].integer ?? 0)
        let timed = sums["timed"].integer ?? 0
        return [
            DisplayWidth.fitted(task["task_name"].cell, to: 40), String(total), String(success), String(failures),
            StatsTable.percent(total == 0 ? 0 : Double(success) / Double(total), of: total),
            timed == 0 ? "-" : StatsTable.average(sums["avg_duration_ms"].integer ?? 0),
            server["total"].cell, wasTold ? self.difference(task["difference"]) : "-",
        ]
    }

    /// What differs, in words; counts before times.
    private func difference(_ difference: JSONValue) -> String {
        let names: [(key: String, word: String)] =
            self.isChinese
            ? [("total", "总次数"), ("success", "成功"), ("failure", "失败"), ("timeout", "超时"), ("cancelled", "取消")]
            : ["total", "success", "failure", "timeout", "cancelled"].map { ($0, $0) }
        var parts = names.compactMap { name -> String? in
            guard let value = difference[name.key].integer, value != 0 else { return nil }
            return "\(name.word) \(value > 0 ? "+" : "")\(value)"
        }
        if let time = difference["total_duration_ms"].integer, time != 0 {
            parts.append("\(time > 0 ? "+" : "")\(time)ms")
        }
        return parts.isEmpty ? "0" : parts.joined(separator: ", ")
    }

    private func summary(_ day: JSONValue) -> String {
        guard day["reported_at"].string != nil else {
            return self.isChinese
                ? "该主机从未上报统计；以上为服务器记录。"
                : "The host has never told its own statistics; these are the server's records."
        }
        let time = DisplayTime.text(day["reported_at"])
        if day["matches"].bool == true {
            return self.isChinese
                ? "主机统计与服务器记录一致（截至 \(time)）。" : "Host and server agree (as of \(time))."
        }
        return self.isChinese
            ? "主机统计与服务器记录不一致（截至 \(time)）。" : "Host and server differ (as of \(time))."
    }
}
