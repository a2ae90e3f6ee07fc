"""`lang/node`: Node.js, its package managers npm, pnpm and Yarn, and Bun."""
