"""Grade a class on several machines, by dask.distributed: nothing else here imports it.

On the main machine `engine` hands out submissions by `link`, to the workers that `crew` has found
fit. On each of them `on_worker` is called; a `lodging` is what one plan has there: its files and
the processes that grade. Neither the course key nor the gradebook leaves the main machine."""
