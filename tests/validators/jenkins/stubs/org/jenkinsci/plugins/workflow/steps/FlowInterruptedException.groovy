package org.jenkinsci.plugins.workflow.steps

/** How Jenkins ends what runs: an abort, a time limit, a branch that failed beside it. */
class FlowInterruptedException extends RuntimeException {
  FlowInterruptedException(String message = 'interrupted') { super(message) }
}
