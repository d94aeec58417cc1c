#!/usr/bin/env -S swift  // QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// A plugin in Swift: counts down, and says how far it is (docs/plugins.md). Run as a script it needs a Swift toolchain on the
// host, and seconds to start; `swiftc -O countdown.swift -o countdown` makes a program of it.

import Foundation

setvbuf(stdout, nil, _IOLBF, 0)

func say(_ message: [String: Any]) {
    guard let data = try? JSONSerialization.data(withJSONObject: message) else { return }
    print(String(decoding: data, as: UTF8.self))
}

func count(from seconds: Int) {
    for second in 0..<seconds {
        say(["type": "progress", "percent": 100 * second / max(seconds, 1)])
        sleep(1)
    }
    say(["type": "result", "status": "success", "detail": "counted \(seconds) s"])
    exit(0)
}

while let line = readLine() {
    guard let message = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { continue }
    switch message["type"] as? String {
    case "hello":
        let seconds = ["type": "integer", "required": false, "about": "How long; 10 without it."] as [String: Any]
        say(["type": "hello", "protocol": 1, "name": "countdown", "version": "1.0", "parameters": ["seconds": seconds]])
    case "run":
        let parameters = message["parameters"] as? [String: Any] ?? [:]
        let seconds = parameters["seconds"] as? Int ?? 10
        Thread.detachNewThread { count(from: seconds) }
    case "cancel":
        say(["type": "result", "status": "failure", "detail": "cancelled"])
        exit(0)
    default: say(["type": "error", "text": "unknown message"])
    }
}
