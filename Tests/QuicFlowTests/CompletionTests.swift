// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Testing

@testable import quicflow

@Suite("Completions in both languages")
struct CompletionTests {
    private static func script(_ shell: CompletionShell) -> String { QuicFlow.completionScript(for: shell) }

    private static func chinese(_ shell: CompletionShell) throws -> (english: [Substring], chinese: [Substring]) {
        let english = Self.script(shell)
        let script = try #require(CompletionScript(english))
        return (
            english.split(separator: "\n", omittingEmptySubsequences: false),
            script.chinese(.help).split(separator: "\n", omittingEmptySubsequences: false)
        )
    }

    private static func isChinese(_ line: Substring) -> Bool {
        line.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }
    }

    @Test("every description of fish is Chinese, and nothing else changes (issue 6)")
    func fish() throws {
        let (english, chinese) = try Self.chinese(.fish)
        #expect(english.count == chinese.count)
        let described = zip(english, chinese).filter { $0.0.contains(" -d '") && !$0.0.contains(" -d ''") }
        #expect(described.count > 500)
        #expect(described.filter { !Self.isChinese($0.1) }.map(\.0) == [])
        #expect(zip(english, chinese).filter { !$0.0.contains(" -d '") && $0.0 != $0.1 }.isEmpty)
        #expect(chinese.contains { $0.hasSuffix("-fa 'task' -d '任务：运行什么、何时、在哪里。'") })
    }

    @Test("every description of zsh is Chinese, escaped as zsh reads it")
    func zsh() throws {
        let (english, chinese) = try Self.chinese(.zsh)
        #expect(english.count == chinese.count)
        let changed = zip(english, chinese).filter { $0.0 != $0.1 }
        #expect(changed.count > 500)
        for (before, after) in changed {
            #expect(before.prefix { $0 != "[" && $0 != ":" } == after.prefix { $0 != "[" && $0 != ":" }, "\(before)")
        }
        #expect(chinese.contains { $0.hasSuffix("'task:任务：运行什么、何时、在哪里。'") })
        #expect(chinese.contains { $0.contains("[table 供人阅读，json 供脚本使用。]:output:") })
        let options = english.filter { $0.contains("'--") && $0.contains("[") }
        #expect(options.count > 100)
    }

    @Test(
        "bash shows no descriptions, and other output is no script",
        arguments: ["", "1.2.3", "#!/bin/bash\nx() { :; }"]
    )
    func others(text: String) {
        #expect(CompletionScript(text) == nil)
        #expect(CompletionScript(Self.script(.bash)) == nil)
    }

    @Test("signs that a shell reads are marked again")
    func signs() throws {
        let help = Catalogue(["en Don't [ever]: a\\b\nzh 别[永远]:a\\b'c"])
        let fish = try #require(CompletionScript("function x\ncomplete -c 'q' -s 'x' -d 'Don\\'t [ever]: a\\\\b' -f"))
        #expect(fish.chinese(help) == "function x\ncomplete -c 'q' -s 'x' -d '别[永远]:a\\\\b\\'c' -f")
        let zsh = try #require(CompletionScript("#compdef q\n    '--x[Don'\\''t \\[ever\\]\\: a\\\\b]:x:'"))
        #expect(zsh.chinese(help) == "#compdef q\n    '--x[别\\[永远\\]\\:a\\\\b'\\''c]:x:'")
    }
}
