# Draws docs/growth.svg of what growth-bench --csv FILE has written:
#   gnuplot -e "csv='FILE'" -e "svg='docs/growth.svg'" tests/bench/growth.gnuplot
set terminal svg size 900,560 font "sans-serif,14" background "white"
set output svg
set datafile separator ";"
set title "Cost of an operation against the runs of its sandbox (in process)"
set logscale xy
set xlabel "runs in the sandbox"
set ylabel "µs, median"
set format x "10^{%L}"
set grid xtics ytics
set key outside right top
set xrange [5:2000000]
columns = int(system("head -n 1 '".csv."' | tr ';' '\\n' | wc -l"))
plot for [i=2:columns] csv using 1:i with linespoints linewidth 2 title columnheader(i)
