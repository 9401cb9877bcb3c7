"""Secondary suppression: which further cells to hide so that the sensitive ones cannot be computed.

Model of Fischetti and Salazar (2001): choose y in {0,1} with least Σ cost·y such that every task (see
`movement`) finds a movement within the hidden cells. For a movement program that falls short, its duals give
an equation f_p = Σ d_i f_i that holds for all tables; then Σ min(|d_i| · room_i, need) · y_i >= need is a
valid cut. In order: a sequential heuristic (cheapest movement per failing task, then give back what is not
needed), the linear relaxation over cuts (its value is a proven lower bound), the heuristic guided by it, and
branch and bound over the cuts until its pattern survives all tasks. Limits are counts, never seconds.

limits     efforts and sizes, each with its reason
costs      what hiding a cell costs, and decoys
movement   how far hidden cells can move
cluster    one connected set of cells: state, rooms, which tasks a pattern meets
cuts       inequalities that every safe pattern satisfies
heuristic  the cheapest movement for one task after the other, and giving back
proof      movements that together meet all tasks
near       small changes to the pattern of a large cluster
families   single families of cells in whole numbers: a better bound
search     all of these for one cluster
conflict   which public cells make protection impossible
pattern    the plan over all clusters
"""
