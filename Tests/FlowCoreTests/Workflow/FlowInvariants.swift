// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What must hold of a run that has ended, whatever happened to it (F3, F4, F6, W6).
enum FlowInvariants {
    /// - Parameters:
    ///   - cancelledAfter: how many steps had started when it was cancelled.
    ///   - isForced: the cancel was by force, which spares nothing.
    static func violations(of world: FlowWorld, cancelledAfter: Int? = nil, isForced: Bool = false) -> [String] {
        var found: [String] = []
        let nodes = world.definition.nodes
        let role = { (key: String) in world.definition.node(key)?.role ?? .ordinary }
        if Set(world.order).count != world.order.count { found.append("F3: a step started twice: \(world.order)") }
        if world.nodes.contains(where: \.state.isOpen) { found.append("F4: a step of an ended run is open") }
        if let cancelledAfter {
            let late = world.order.dropFirst(cancelledAfter).filter { role($0) == .ordinary || isForced }
            if !late.isEmpty { found.append("F6: started after the cancel: \(Array(late))") }
        }
        // Ordinary steps, then what undoes, then what cleans up.
        let ranks = world.order.map { key in
            switch role(key) {
            case .ordinary: 0
            case .compensator: 1
            case .finally: 2
            }
        }
        if ranks != ranks.sorted() { found.append("W6: out of turn: \(world.order)") }
        let undone = world.order.filter { role($0) == .compensator }
        var due: [(key: String, node: FlowNode)] = []
        for node in nodes {
            guard let undo = node.compensate else { continue }
            let row = world.node(node.key)
            let hasRun = row.state == .succeeded || ([.failed, .cancelled].contains(row.state) && row.startedAt != nil)
            if hasRun {
                due.append((undo, row))
            } else if undone.contains(undo) {
                found.append("W6: '\(undo)' undid what had not run")
            }
        }
        due.sort { left, right in
            let ends = (left.node.endedAt ?? .distantPast, right.node.endedAt ?? .distantPast)
            return ends.0 == ends.1 ? left.node.key < right.node.key : ends.0 > ends.1
        }
        // A clean-up that failed fails a run of which nothing is to be undone.
        let hasFailedBefore =
            world.run.outcome != .succeeded
            && !(undone.isEmpty && world.nodes.contains { role($0.key) == .finally && $0.state != .succeeded })
        if world.run.outcome == .succeeded, !undone.isEmpty { found.append("W6: a success was undone") }
        if hasFailedBefore, !isForced, undone != due.map(\.key) {
            found.append("W6: undone \(undone), due \(due.map(\.key))")
        }
        let last = nodes.filter { $0.role == .finally }.map(\.key)
        if !isForced, Set(world.order.filter { role($0) == .finally }) != Set(last) {
            found.append("W6: not cleaned up: \(last)")
        }
        return found
    }
}
